"""A project written from FEDn's documentation alone: uploaded, fetched by the clients, and run. And projects that cannot
be run: each client says why, and lives on."""
import hashlib
import pathlib
import subprocess
import unittest

from mesh_under_test import project
from mesh_under_test.mesh import MeshTest
from mesh_under_test.service_process import merged

CLIENTS = ["client-1", "client-2"]
REMOTE = {"package": {"folder": "", "mode": "remote"}}
WITHOUT_ENVIRONMENT = {"fedn__yaml": "entry_points:\n  startup: {command: python3 data.py}\n"
                                     "  train: {command: python3 train.py}\n"}


def with_train(command):
    return {"fedn__yaml": f"entry_points:\n  train: {{command: {command}}}\n"}


class RemotePackageTest(MeshTest):
    def start(self, clients=2, **package):
        self.mesh.start_controller()
        self.mesh.start_combiner("combiner-1")
        for name in CLIENTS[:clients]:
            self.mesh.start_client(name, **merged(REMOTE, {"package": package}))
        self.mesh.wait_for_clients(clients)

    def upload(self, archive, **fields):
        answer = project.upload(self.mesh.api, archive, **fields)
        self.assertEqual(answer["checksum"], hashlib.sha256(archive).hexdigest())
        return answer

    def run_session(self, **config):
        session = self.mesh.start_session(**{"rounds": 1, "min_clients": 1, "round_timeout": 30, **config})
        return session, session.wait_for_end()

    def failures_of(self, session):
        return [(one["client_id"], one["error"]) for one in session.rounds()[-1]["failures"]]

    def fails_with(self, error, text):
        session = self.mesh.start_session(rounds=1, min_clients=1, round_attempts=1, round_timeout=30)
        session.wait_for_end(status="Failed")
        self.assertEqual(self.failures_of(session), [("client-1", error)])
        self.assertIn(text, session.rounds()[-1]["failures"][0]["reason"])

    def test_a_fedn_project_runs_unchanged_and_is_found_again_after_a_restart(self):
        self.start()
        self.upload(project.archive_of())
        session, end = self.run_session(rounds=2, validate=True, min_clients=2)
        trail = self.assert_trail(session, 2)
        for number, one in enumerate(trail, 1):
            self.assertEqual([each["client_id"] for each in one["contributions"]], CLIENTS)
            self.assertEqual([each["metrics"] for each in one["contributions"]], [{"starts": 1}] * 2)
            self.assertEqual(one["metrics"], {"accuracy": number / 8, "loss": 1 / (1 + number)})
        client = self.mesh.services["client-1"]
        client.ask_to_end()
        client.wait_for_end()
        client.start()
        client.wait_for("package-ready")  # the placement names it: it is ready before the first task
        self.mesh.wait_for_clients(2)
        again, _ = self.run_session(min_clients=2)
        (one,) = again.committed()
        self.assertEqual([each["metrics"] for each in one["contributions"]], [{"starts": 2}, {"starts": 1}])

    def test_settings_reach_the_entry_point(self):
        self.start(clients=1)
        self.upload(project.archive_of(**WITHOUT_ENVIRONMENT))
        session, end = self.run_session(client_settings={"step": 3})
        self.assert_model(end["model_id"], 3)

    def test_what_cannot_be_prepared_is_told_and_the_client_lives_on(self):
        self.start(clients=1)
        broken = {"python_env__yaml": "dependencies:\n  - 'nothing @ file:///there/is/nothing'\n"}
        self.upload(project.archive_of(**broken))
        self.fails_with("environment_failed", "there/is/nothing")
        self.upload(project.archive_of(**with_train("sh -c 'exit 3'")))
        self.fails_with("entry_point_failed", "3")
        self.upload(project.archive_of(**WITHOUT_ENVIRONMENT))
        _, end = self.run_session()
        self.assert_model(end["model_id"], 1)

    def test_what_a_train_leaves_running_is_ended(self):
        self.start(clients=1)
        leave = "setsid sleep 3217 < /dev/null > /dev/null 2>&1 & python3 data.py && python3 train.py"
        self.upload(project.archive_of(fedn__yaml="entry_points:\n  train: {command: bash train.sh}\n",
                                       train__sh=f"{leave} \"$@\"\n"))
        _, end = self.run_session()
        self.assert_model(end["model_id"], 1)
        self.assertNotIn("sleep\0003217", "\n".join(self.command_lines()))

    def command_lines(self):
        for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                yield file.read_text()
            except OSError:
                pass  # it has ended meanwhile

    def test_an_owner_who_allows_one_package_runs_no_other(self):
        self.start(clients=1, checksum="0" * 64)
        self.upload(project.archive_of(**WITHOUT_ENVIRONMENT))
        self.fails_with("digest_mismatch", "runs only")

    def test_only_what_is_signed_by_a_pinned_key_is_run(self):
        archive = project.archive_of(**WITHOUT_ENVIRONMENT)
        public, signature = self.signed(archive)
        self.start(clients=1, trusted_keys=[str(public)])
        self.upload(archive)
        self.fails_with("signature_invalid", "not signed")
        self.upload(archive, signature=signature.replace("trusted comment: ", "trusted comment: not "))
        self.fails_with("signature_invalid", "")
        self.upload(archive, signature=signature)
        _, end = self.run_session()
        self.assert_model(end["model_id"], 1)

    def signed(self, archive):
        folder = self.mesh.folder
        (folder / "package.tgz").write_bytes(archive)
        for arguments in (["-G", "-W", "-p", "key.pub", "-s", "key.sec"], ["-S", "-s", "key.sec", "-m", "package.tgz"]):
            subprocess.run(["minisign", *arguments], cwd=folder, check=True, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL)
        return folder / "key.pub", (folder / "package.tgz.minisig").read_text()


if __name__ == "__main__":
    unittest.main()
