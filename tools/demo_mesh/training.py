"""One session, from the seed model to the final model's score."""
import time

from . import DemoError

ROUND_SECONDS = 120


def train(mesh, clients, rounds, output, display):
    """Answers {"accuracy", "rounds", "model"}; the model is an .npz in `output`."""
    seed = mesh.api.upload_model(mesh.make_seed(), "seed")
    session = mesh.api.post("/api/v1/sessions", {
        "name": "demo", "seed_model_id": seed, "session_config": {
            "rounds": rounds, "round_timeout": ROUND_SECONDS, "requested_clients": clients, "round_buffer_size": -1,
            "min_clients": max(1, clients // 2), "validate": True}})["session_id"]
    # Before the start: nothing that happens is missed.
    events = mesh.api.events(f"/api/v1/sessions/{session}/events")
    mesh.api.post("/api/v1/sessions/start", {"session_id": session, "rounds": rounds})
    end, done = _follow(mesh, events, rounds, display)
    if end.get("status") != "Finished":
        raise DemoError(f"the session ended as {end.get('status')}: {end.get('reason') or 'no reason given'}\n"
                        + mesh.processes.log_tail("controller"))
    model = _fetch(mesh, end["model_id"], output)
    display.status("scoring the final model")
    return {"accuracy": mesh.score(model)["accuracy"], "rounds": done, "model": str(model)}


def _follow(mesh, events, rounds, display):
    """Shows rounds until the session's end; that event's data and the number of rounds."""
    seen = set()
    begin = time.monotonic()
    display.header()
    while True:
        display.status(f"round {min(len(seen) + 1, rounds)} of {rounds}, {time.monotonic() - begin:.0f} s")
        event = events.next(seconds=0.25)
        if event is None:
            mesh.processes.check()
            continue
        name, data = event
        if name == "round" and data["round"] not in seen:
            seen.add(data["round"])
            display.round(data)
        elif name == "session" and data.get("status") in ("Finished", "Terminated", "Failed"):
            return data, len(seen)


def _fetch(mesh, model_id, output):
    output = output.resolve()
    output.mkdir(parents=True, exist_ok=True)
    # The demo runs inside the repository as a rule: what it writes is nothing to commit.
    (output / ".gitignore").write_text("*\n")
    file = output / "final.npz"
    mesh.api.download(f"/api/v1/models/{model_id}/download", file)
    return file
