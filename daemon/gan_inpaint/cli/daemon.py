"""`gan-inpaint serve`, `status`, `stop`, `doctor` and `paths`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gan_inpaint import paths as places
from gan_inpaint.cli import report
from gan_inpaint.cli.options import Json
from gan_inpaint.errors import Exit, NoDaemon, TimedOut


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (serve, status, stop, doctor, paths):
        app.command()(command)


def serve(
    detach: Annotated[
        bool, typer.Option("--detach", help="Start it in the background, and return when it answers.")
    ] = False,
) -> None:
    """Run the daemon that editors and “gan-inpaint fill” talk to."""
    from gan_inpaint import server

    if detach:
        server.detach()
    else:
        server.serve()


def status(as_json: Json = False) -> None:
    """Show what the daemon does, and on what it runs."""
    from gan_inpaint.connection import client

    with client(start=False) as connected:
        answer = connected.status()
    if as_json:
        report.show_json({key: value for key, value in answer.items() if key not in ("type", "id")})
        return
    for line in _described(answer):
        report.show(line)


def stop(
    now: Annotated[bool, typer.Option("--now", help="Do not wait for the fill that it works on.")] = False,
    as_json: Json = False,
) -> None:
    """End the daemon, after the fill that it works on."""
    stopped = _stop(now)
    if as_json:
        report.show_json({"stopped": stopped})
    else:
        report.show("The daemon is stopping." if stopped else "The daemon is not running.")


def doctor(as_json: Json = False) -> None:
    """Check every part, and say how to repair what is wrong; the text can be pasted into a report."""
    from gan_inpaint.doctor import as_dict, as_text, examine

    findings = examine()
    if as_json:
        report.show_json(as_dict(findings))
    else:
        report.show(as_text(findings))
    if not all(finding.ok for finding in findings):
        raise typer.Exit(Exit.DEFECT)


def paths(as_json: Json = False) -> None:
    """Show where the daemon's files are."""
    found = {
        "runtime": str(places.runtime_dir()),
        "runtime_file": str(places.runtime_file()),
        "log": str(places.log_file()),
        "models": str(places.models_dir()),
    }
    if as_json:
        report.show_json(found)
        return
    for name, path in found.items():
        report.show(f"{name.replace('_', ' '):12}  {path}")


def _stop(now: bool) -> bool:
    """Return whether there was a daemon to stop. Raises TimedOut if it cannot be asked, DaemonProblem."""
    from gan_inpaint.connection import client
    from gan_inpaint_client import read_runtime_file

    try:
        with client(start=False) as connected:
            connected.stop(now)
    except NoDaemon:
        return False
    except TimedOut as silence:
        pid = read_runtime_file(places.runtime_file()).pid
        raise TimedOut(silence.message, f"End its process {pid} in your system’s task manager.") from silence
    return True


def _described(status: dict[str, Any]) -> list[str]:
    minutes = status["uptime_seconds"] / 60
    lines = [
        f"GAN Inpaint {status['version']}, process {status['pid']}, "
        f"running for {minutes:.0f} min at {status['endpoint']}",
        f"{status['fills']} filled, {status['running']} under way, {status['queued']} waiting",
        f"{status['memory_mib']:.0f} MiB of memory, {status['threads']} threads",
    ]
    if status["providers_available"]:
        lines.append(f"onnxruntime offers {', '.join(status['providers_available'])}")
    lines += [
        f"{session['model']} is loaded on {session['provider']}, idle for {session['idle_seconds']:.0f} s"
        for session in status["sessions"]
    ]
    return lines
