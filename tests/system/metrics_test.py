"""What the operator's tools see of a mesh that has run a session."""
import re
import shutil
import subprocess
import unittest

from mesh_under_test.mesh import MeshTest

SERVICES = ("controller", "combiner-1", "client-1")
HEAD = ("time", "level", "service", "component", "event")


class MetricsTest(MeshTest):
    def test_after_a_session_metrics_logs_and_probes_are_in_order(self):
        self.mesh.start(combiners=1, clients=2, client={"metrics": {"enabled": True, "port": 0}})
        session = self.mesh.start_session(rounds=2, validate=True, min_clients=2)
        session.wait_for_end()
        pages = {name: self.mesh.admin(name).text("/metrics") for name in SERVICES}
        self.check_counts(pages)
        for name, page in pages.items():
            with self.subTest("nobody is named by a label", service=name):
                self.check_anonymity(page, session)
            with self.subTest("logs are JSON lines with one head", service=name):
                self.check_log(self.mesh.services[name].log)
            with self.subTest("the probes answer", service=name):
                admin = self.mesh.admin(name)
                self.assertEqual((admin.text("/livez"), admin.text("/readyz")), ("alive\n", "ready\n"))
            with self.subTest("promtool has nothing to say", service=name):
                self.check_by_promtool(page)

    def check_counts(self, pages):
        self.assertIn("fedloom_controller_rounds_committed_total 2", pages["controller"])
        self.assertIn("fedloom_combiner_updates_accepted_total 4", pages["combiner-1"])
        self.assertIn("fedloom_client_attached 1", pages["client-1"])

    def check_anonymity(self, page, session):
        names = re.compile("|".join(["client-[0-9]", "combiner-[0-9]", session.id, "[0-9a-f]{32}"]))
        self.assertIsNone(names.search(page))

    def check_log(self, log):
        self.assertEqual(log.others, [])
        for event in log.events:
            self.assertEqual([key for key in HEAD if not event.get(key)], [], event)

    def check_by_promtool(self, page):
        if shutil.which("promtool") is None:
            self.skipTest("promtool is not installed (Debian package prometheus)")
        done = subprocess.run(["promtool", "check", "metrics"], input=page, text=True, capture_output=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
