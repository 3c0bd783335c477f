"""The mesh of one test."""
import pathlib
import shutil
import tempfile
import unittest

from . import SYSTEM_FOLDER, arrays
from .control import Control
from .rest import AdminApi, ControllerApi, Session
from .service_process import ServiceProcess, merged
from .waiting import wait_until

ANY_PORT = "tcp://127.0.0.1:0"
# Quick enough that a test of a loss is short, slow enough that a busy machine loses nobody by mistake.
DIALOG = {"answer_ms": 2000, "first_pause_ms": 50, "longest_pause_ms": 300}
CONTROLLER = {"mesh": {"bind": ANY_PORT}, "http": {"port": 0}, "metrics": {"port": 0},
              "registry": {"heartbeat_ms": 100, "lease_ms": 1000}, "sessions": {"absence_ms": 1000}}
COMBINER = {"mesh": {"bind": ANY_PORT}, "metrics": {"port": 0}, "controller": DIALOG,
            "clients": {"heartbeat_ms": 100, "lease_ms": 1000}}
CLIENT = {"controller": DIALOG, "max_examples": 100}
SESSION = {"rounds": 1, "round_timeout": 60, "round_buffer_size": -1, "validate": False}


class Mesh:
    """Processes in a temporary folder; `end` ends them all and expects of each to exit with 0.

    `package` is a folder of tests/system; `layers` change the configurations of all services of a kind."""

    def __init__(self, package="package", **layers):
        self.seed = arrays.SEED
        self._package, self._layers = SYSTEM_FOLDER / package, layers
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fedloom-system-"))
        self.control = Control(self.folder / "control")
        self.services = {}
        self.api = None

    # -- processes ---------------------------------------------------------------

    def start(self, combiners, clients, **configs):
        """A whole mesh: combiner-1, ..., client-1, ...; `configs` may change the services' configurations."""
        self.start_controller(**configs.get("controller", {}))
        for number in range(combiners):
            self.start_combiner(f"combiner-{number + 1}", **configs.get("combiner", {}))
        for number in range(clients):
            self.start_client(f"client-{number + 1}", **configs.get("client", {}))
        self.wait_for_clients(clients)

    def start_controller(self, **changes):
        service = self.add("controller", "fedloom-controller", merged(CONTROLLER, self._layer("controller"), changes))
        self._meet_controller()
        return service

    def restart_controller(self):
        """At the addresses that the others know."""
        self.services["controller"].start()
        self._meet_controller()

    def start_combiner(self, name, **changes):
        endpoint = {"id": name, "controller": {"endpoint": self.endpoint("controller")}}
        service = self.add(name, "fedloom-combiner", merged(COMBINER, self._layer("combiner"), endpoint, changes))
        service.wait_for("welcomed")
        # The next life has to be where this one was.
        service.config = merged(service.config, {"mesh": {"bind": self.endpoint(name)}})
        return service

    def start_client(self, name, *, process=None, **changes):
        """`process` names the process if it is another than the client."""
        own = {"id": name, "controller": {"endpoint": self.endpoint("controller")},
               "package": {"folder": str(self._package)}}
        orders = {"FEDLOOM_TEST_CONTROL": str(self.control.folder), "FEDLOOM_TEST_CLIENT": name,
                  "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        return self.add(process or name, "fedloom-client", merged(CLIENT, self._layer("client"), own, changes), orders)

    def endpoint(self, name):
        return self.services[name].wait_for("listening")["mesh"]

    def admin(self, name):
        event = "started" if "package" in self.services[name].config else "listening"
        return AdminApi(self.services[name].wait_for(event)["metrics"])

    def check(self):
        for service in self.services.values():
            service.check()

    def tails(self):
        return "\n".join(service.log.tail() for service in self.services.values())

    # -- sessions ----------------------------------------------------------------

    def wait_for_clients(self, count):
        def online():
            return sum(one["status"] == "online" for one in self.api.result("/api/v1/clients")) >= count
        wait_until(online, f"{count} clients to be online", watch=self.check)

    def wait_for_metric(self, services, name, value):
        """Until the sum of that metric over these services has grown to that value."""
        names = [services] if isinstance(services, str) else services
        wait_until(lambda: sum(self.admin(one).metric(name) for one in names) >= value, f"{name} to be {value}",
                   watch=self.check)

    def upload_seed(self):
        file = self.folder / "seed.npz"
        file.write_bytes(arrays.npz(self.seed))
        return self.api.upload_model(file, "seed")

    def create_session(self, **config):
        body = {"name": "test", "seed_model_id": self.upload_seed(), "session_config": {**SESSION, **config}}
        return Session(self, self.api.post("/api/v1/sessions", body)["session_id"])

    def start_session(self, **config):
        session = self.create_session(**config)
        self.api.post("/api/v1/sessions/start", {"session_id": session.id})
        return session

    def model(self, model_id):
        return arrays.arrays_of(self.api.bytes(f"/api/v1/models/{model_id}/download"))

    # -- the end -----------------------------------------------------------------

    def end(self):
        """Asks all to end at once; {name: exit status} of those that were running."""
        self.control.release()
        running = {name: service for name, service in self.services.items() if service.is_running()}
        for service in running.values():
            service.ask_to_end()
        return {name: service.wait_for_end() for name, service in running.items()}

    def kill_all(self):
        for service in self.services.values():
            if service.is_running():
                service.kill()

    def clean_up(self):
        self.control.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _layer(self, kind):
        return self._layers.get(kind, {})

    def add(self, name, program, config, environment=None):
        """One more process; its name is not one of the mesh."""
        service = ServiceProcess(program, name, merged({"data_folder": str(self.folder / name)}, config), self.folder,
                                 environment)
        self.services[name] = service
        return service.start()

    def _meet_controller(self):
        controller = self.services["controller"]
        at = controller.wait_for("listening")
        self.api = ControllerApi(at["http"])
        # The next life has to be where this one was.
        controller.config = merged(controller.config, {"mesh": {"bind": at["mesh"]},
                                                       "http": {"port": int(at["http"].rsplit(":", 1)[1])}})


class MeshTest(unittest.TestCase):
    """Each test has a mesh of its own. If a test fails, the ends of all logs are shown."""
    package = "package"

    def setUp(self):
        self.mesh = Mesh(self.package)
        self.addCleanup(self._end)

    def run(self, result=None):
        result = result or self.defaultTestResult()
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            print(self.mesh.tails(), flush=True)
        self.mesh.clean_up()
        return result

    def _end(self):
        self.assertEqual(set(self.mesh.end().values()) - {0}, set(), "all services end well on SIGTERM")

    def assert_model(self, model_id, rounds):
        """The seed plus 1 for each round, in every bit."""
        self.assertEqual(self.mesh.model(model_id), arrays.plus(self.mesh.seed, rounds))

    def assert_trail(self, session, rounds):
        """`rounds` committed rounds without a gap, one chain by parent, each with its weight and its model (I-3, I-6)."""
        record, trail = session.record(), session.committed()
        self.assertEqual([one["round"] for one in trail], list(range(1, rounds + 1)))
        models = [record["seed_model_id"], *(one["model_id"] for one in trail)]
        self.assertEqual([one["parent_model"] for one in trail], models[:-1])
        self.assertEqual(record["model_id"], models[-1])
        for number, one in enumerate(trail, 1):
            clients = [each["client_id"] for each in one["contributions"]]
            self.assertEqual(len(set(clients)), len(clients), one)
            self.assertEqual(one["weight"], sum(each["weight"] for each in one["contributions"]), one)
            self.assert_model(one["model_id"], number)
        return trail
