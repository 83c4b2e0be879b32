"""Where a model comes from: a folder, the bundled model, or a repository of the Hugging Face hub."""

from __future__ import annotations

import re
from pathlib import Path

from rxt.errors import ModelError

_REPOSITORY = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")


def bundled_model() -> Path:
    """The folder of the model that ships with Mneme. Raises ModelError where the installation lacks it."""
    models = Path(__file__).resolve().parents[2] / "resources" / "models"
    found = sorted(folder for folder in models.glob("*") if (folder / "config.json").is_file())
    if not found:
        raise ModelError(f"the bundled model is missing: there is no model in {models}")
    return found[0]


def resolve(path_or_repo: str | Path | None) -> tuple[Path, str]:
    """The folder of a model and its name. Raises ModelError where there is none."""
    if path_or_repo is None:
        folder = bundled_model()
        return folder, folder.name
    try:
        path = Path(path_or_repo).expanduser()
        exists, is_folder = path.exists(), path.is_dir()
    except (OSError, RuntimeError) as error:  # a name too long, a folder without permission, a home of nobody
        raise ModelError(f"{str(path_or_repo)[:200]} cannot be opened: {error}") from None
    if exists and not is_folder:
        raise ModelError(
            f"{path} is a file; a model is a folder with config.json, model.safetensors and tokenizer.json"
        )
    if exists:
        return path.resolve(), path.resolve().name
    name = str(path_or_repo)
    if not _REPOSITORY.fullmatch(name) or ".." in name:
        raise ModelError(f"There is no folder {name}, and it is not a hub repository id such as owner/name.")
    return _download(name), name


def _download(repository: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, LocalEntryNotFoundError, RepositoryNotFoundError

    try:
        # No code and no pickles: only what this library reads.
        return Path(snapshot_download(repository, allow_patterns=["*.json", "*.safetensors"]))
    except GatedRepoError:
        raise ModelError(
            f"{repository} asks you to accept its licence first: open https://huggingface.co/{repository}, "
            "accept, sign in with `hf auth login`, and try again."
        ) from None
    except RepositoryNotFoundError:
        raise ModelError(f"The hub has no public repository {repository}, or it needs you to sign in.") from None
    except LocalEntryNotFoundError:
        raise ModelError(f"{repository} is not on this computer and the hub cannot be reached.") from None
    except Exception as error:  # noqa: BLE001  (the hub's transport library, and so its errors, differs by version)
        raise ModelError(f"{repository} could not be downloaded: {type(error).__name__}") from None
