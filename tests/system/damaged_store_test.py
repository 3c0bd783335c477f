"""A controller's store that is damaged is refused, and nothing in it is touched: put back as it was, it goes on where it stood."""
import unittest

from mesh_under_test.folders import content_of, flipped, put_back
from mesh_under_test.mesh import MeshTest

STORAGE = 4
CLIENTS = ["client-1", "client-2"]
ROUNDS = 4


def last_words(service):
    """What it tells whoever started it, on standard error; its log ends with the same."""
    service.wait_for("ended-early")
    return " ".join(service.log.others)


class DamagedStoreTest(MeshTest):
    def begin(self):
        """A session whose round 3 is open when its controller is killed. What round 1 has left is in tables, the rest in
        the log: a start moves what was in the log."""
        self.mesh.start(combiners=1, clients=2)
        self.mesh.control.hold_after(1)
        self.session = self.mesh.start_session(rounds=ROUNDS, min_clients=2)
        self.mesh.control.wait_for_training(CLIENTS, 2, self.mesh.check)
        self.controller = self.mesh.services["controller"]
        self.assertEqual(self.controller.stop(), 0)
        self.mesh.restart_controller()
        self.mesh.control.hold_after(2)
        self.mesh.control.wait_for_training(CLIENTS, 3, self.mesh.check)
        self.head = self.session.record()["model_id"]
        self.controller.kill()
        self.data = self.mesh.folder / "controller"
        self.whole = self.content()

    def content(self):
        return content_of(self.data)

    def put_back(self, content):
        put_back(self.data, content)

    def names(self, end):
        found = [name for name in self.whole if name.endswith(end) and self.whole[name]]
        self.assertTrue(found, f"no file *{end} in {list(self.whole)}")
        return found

    def refusal(self, damaged):
        """What a controller says of these files. They stay as they are."""
        self.put_back(damaged)
        service = self.controller.start()
        self.assertEqual(service.wait_for_end(), STORAGE, service.log.tail())
        self.assertEqual(self.content().keys(), damaged.keys())
        self.assertEqual(self.content(), damaged)
        return last_words(service)

    def assert_refused(self, name, content):
        with self.subTest(name, content="none" if content is None else len(content)):
            damaged = {**self.whole, name: content}
            said = self.refusal({each: what for each, what in damaged.items() if what is not None})
            self.assertIn("restore", said)
            self.assertIn(str(self.data), said)
            return said

    def go_on(self):
        self.put_back(self.whole)
        self.mesh.restart_controller()
        self.mesh.control.release()
        self.session.wait_for_end()
        return self.assert_trail(self.session, ROUNDS)

    def test_a_damaged_database_is_refused_and_goes_on_when_it_is_restored(self):
        self.begin()
        manifest = next(name for name in self.whole if "MANIFEST-" in name)
        tables, logs = self.names(".sst"), self.names(".log")
        for name in [*tables, *logs, manifest]:
            said = self.assert_refused(name, flipped(self.whole[name], len(self.whole[name]) // 3))
            # A table whose own description is damaged is told by the manifest that lists it.
            self.assertTrue(any(file.rsplit("/", 1)[1] in said for file in (name, manifest)), said)
        for name in [tables[0], manifest, "state/CURRENT"]:
            self.assert_refused(name, None)
        self.assert_refused("state/CURRENT", b"MANIFEST-9\n")
        self.go_on()

    def test_a_damaged_model_that_the_session_goes_on_from_is_refused(self):
        self.begin()
        name = f"models/{self.head}.flm"
        for content in (None, flipped(self.whole[name], len(self.whole[name]) // 2), self.whole[name][:-1], b""):
            said = self.assert_refused(name, content)
            self.assertIn(self.head, said)
            self.assertIn(self.session.id, said)
        self.go_on()

    def test_a_damaged_model_of_an_older_round_is_found_when_it_is_read_and_harms_nothing_else(self):
        self.begin()
        older = self.session_models()[0]
        name = f"models/{older}.flm"
        self.whole[name] = flipped(self.whole[name], len(self.whole[name]) // 2)
        self.put_back(self.whole)
        self.mesh.restart_controller()
        with self.assertRaisesRegex(Exception, "answered by 500: .*damaged"):
            self.mesh.model(older)
        self.mesh.control.release()
        self.session.wait_for_end()
        self.assertEqual(len(self.session.committed()), ROUNDS)
        self.assert_model(self.session.record()["model_id"], ROUNDS)

    def session_models(self):
        """Of the committed rounds; the seed is not among them."""
        self.mesh.restart_controller()
        models = [one["model_id"] for one in self.session.committed()]
        self.controller.kill()
        self.whole = self.content()
        return models

    def test_a_model_that_no_record_names_is_removed(self):
        self.begin()
        stray = "0" * 64
        self.put_back({**self.whole, f"models/{stray}.flm": b"left by a crash"})
        self.mesh.restart_controller()
        self.assertEqual(self.controller.wait_for("stray-models-removed")["models"], 1)
        self.assertNotIn(f"models/{stray}.flm", self.content())
        self.mesh.control.release()
        self.session.wait_for_end()
        self.assert_trail(self.session, ROUNDS)


class SharedFolderTest(MeshTest):
    def test_a_data_folder_that_is_in_use_is_refused_whatever_service_wants_it(self):
        self.mesh.start(combiners=1, clients=1)
        for name, log_event in (("controller", "listening"), ("combiner-1", "listening"), ("client-1", "started")):
            with self.subTest(name):
                first = self.mesh.services[name]
                elsewhere = {"http": {"port": 0}} if name == "controller" else {}
                if name != "client-1":
                    elsewhere["mesh"] = {"bind": "tcp://127.0.0.1:0"}
                for lock in (self.mesh.folder / name).rglob("LOCK"):
                    lock.unlink()  # no file makes the lock
                second = self.mesh.add(f"second {name}", first.program, {**first.config, **elsewhere})
                self.assertEqual(second.wait_for_end(), STORAGE, second.log.tail())
                said = last_words(second)
                self.assertIn(str(self.mesh.folder / name), said)
                self.assertIn("another process has it open", said)
                self.assertIsNone(second.log.find(log_event))
        session = self.mesh.start_session(rounds=2)
        session.wait_for_end()
        self.assert_trail(session, 2)


if __name__ == "__main__":
    unittest.main()
