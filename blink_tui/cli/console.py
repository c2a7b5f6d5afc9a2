"""The console on a profile: the engine in its own thread, the screens in this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blink_tui.cli.context import Profile, system_user

if TYPE_CHECKING:
    from blink_tui.vault import Vault


def open_console(
    profile: Profile,
    vault: Vault | None = None,
    title: str = "",
    *,
    fetch: bool = False,
    language_told: bool = False,
) -> int:
    """Run the console until its user leaves, with a first pass at once if asked for; returns the exit code.

    A new profile has no secrets, so its user is not asked for a passphrase yet: the first access makes the vault. Nor
    is one whose account may not open the vault: another one fetches. For reading only there is no vault and no engine.
    """
    from blink_tui.sync.thread import EngineThread
    from blink_tui.tui import run_console  # first of all: it sets what Textual reads when it is imported
    from blink_tui.vault import VaultHolder, keeper

    if profile.read_only:
        return run_console(
            profile.buffer_path,
            None,
            who=system_user(),
            export_dir=profile.export_folder,
            title=title,
            work_folder=profile.work_folder,
            language_told=language_told,
            read_only=True,
        )
    if vault is None and profile.vault_path.exists() and keeper(profile.vault_path) is None:
        vault = profile.open_vault()
    holder = VaultHolder(profile.vault_path, vault)
    engine = EngineThread(profile.buffer_path, holder, profile.work_folder)
    if fetch:
        engine.fetch_now()
    try:
        return run_console(
            profile.buffer_path,
            engine,
            who=system_user(),
            export_dir=profile.export_folder,
            title=title,
            vault=holder,
            work_folder=profile.work_folder,
            language_told=language_told,
            ready=engine.start,
        )
    finally:
        engine.stop()
