"""The language server, as pytest-lsp's client sees it. Run by bench/editor/pytest_lsp.sh."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pygls.exceptions import FeatureAlreadyRegisteredError
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

SYNTHC = os.environ["SYNTHC"]
ROOT = Path(__file__).parents[3]
SPECS = [ROOT / "specs" / "quickstart" / "quickstart.synth", ROOT / "specs" / "phone" / "phone.synth"]
EDITS = 25


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[SYNTHC, "lsp"]), params=["visual_studio_code", "neovim"])
async def client(request: pytest.FixtureRequest, lsp_client: LanguageClient, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[None]:
    folder = tmp_path_factory.mktemp("project")
    lsp_client.folder = folder
    for asked in (lsp.CLIENT_REGISTER_CAPABILITY, lsp.WORKSPACE_SEMANTIC_TOKENS_REFRESH, lsp.WORKSPACE_INLAY_HINT_REFRESH):
        with contextlib.suppress(FeatureAlreadyRegisteredError):
            lsp_client.feature(asked)(lambda *_: None)
    capabilities = client_capabilities(request.param)
    lsp_client.pulls = capabilities.text_document.diagnostic is not None
    await lsp_client.initialize_session(
        lsp.InitializeParams(capabilities=capabilities, root_uri=folder.as_uri(), workspace_folders=[lsp.WorkspaceFolder(uri=folder.as_uri(), name="project")])
    )
    yield
    await lsp_client.shutdown_session()


def said_by_check(folder: Path, text: str) -> list[tuple[str, int, int]]:
    """Return rule, line and column of what the command line finds in a text."""
    path = folder / "check" / "spec.synth"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    ran = subprocess.run([SYNTHC, "check", "--format", "json", path.name], cwd=path.parent, capture_output=True, text=True, check=False)
    found = json.loads(ran.stdout)["findings"]
    return sorted((one["rule"], one["range"]["start"]["line"], one["range"]["start"]["column"]) for one in found)


async def found(client: LanguageClient, uri: str) -> list[lsp.Diagnostic]:
    """Return what the editor shows: what it asked for, or was told."""
    if not client.pulls:
        return list(client.diagnostics.get(uri, []))
    report = await client.text_document_diagnostic_async(lsp.DocumentDiagnosticParams(text_document=lsp.TextDocumentIdentifier(uri=uri)))
    return list(report.items)


async def shown(client: LanguageClient, uri: str) -> list[tuple[str, int, int]]:
    """Return rule, line and column of what the editor shows."""
    return sorted((str(one.code), one.range.start.line + 1, one.range.start.character + 1) for one in await found(client, uri))


async def open_(client: LanguageClient, name: str, text: str) -> str:
    uri = (client.folder / name).as_uri()
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(text_document=lsp.TextDocumentItem(uri=uri, language_id="synth", version=1, text=text)))
    for _ in range(200):
        if client.pulls or uri in client.diagnostics:
            break
        await asyncio.sleep(0.05)
    return uri


def edited(text: str, chance: random.Random) -> tuple[lsp.Range, str, str]:
    """Return a real edit of a line: its range, the new words, and the text behind it."""
    lines = text.split("\n")
    at = chance.randrange(2, len(lines))
    line = lines[at]
    start = chance.randrange(len(line) + 1)
    end = min(len(line), start + chance.choice([0, 0, 1, 4]))
    new = chance.choice(["", " ", "x", "\n", "words(", '"', "|", "20K", "# note"])
    lines[at] = line[:start] + new + line[end:]
    return lsp.Range(start=lsp.Position(line=at, character=start), end=lsp.Position(line=at, character=end)), new, "\n".join(lines)


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
@pytest.mark.asyncio
async def test_what_is_shown_while_typing_is_what_check_says(client: LanguageClient, spec: Path) -> None:
    """After each of many edits, made as an editor sends them and taken back now and then."""
    chance, text = random.Random(7), spec.read_text()  # noqa: ASYNC240
    uri = await open_(client, f"{spec.stem}.synth", text)
    whole, version = text, 1
    for count in range(EDITS):
        version += 1
        if count % 5 == 4:
            end = lsp.Position(line=text.count("\n") + 1, character=0)
            span, new, text = lsp.Range(start=lsp.Position(line=0, character=0), end=end), whole, whole
        else:
            span, new, text = edited(text, chance)
        change = lsp.TextDocumentContentChangePartial(range=span, text=new)
        client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(text_document=lsp.VersionedTextDocumentIdentifier(uri=uri, version=version), content_changes=[change])
        )
        await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(text_document=lsp.TextDocumentIdentifier(uri=uri)))
        expected = said_by_check(client.folder, text)
        for _ in range(200):
            if await shown(client, uri) == expected:
                break
            await asyncio.sleep(0.05)
        assert await shown(client, uri) == expected


SMALL = """synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }

# Rows that are short.
filter short = web
  | where words(text) <= 20
  | let size = words(text)

mix corpus = 100% short
"""


@pytest.mark.asyncio
async def test_a_tour_of_the_features(client: LanguageClient) -> None:
    """Hover, definition, references, rename, completion, symbols, formatting, tokens, hints, folding and links answer."""
    uri = await open_(client, "small.synth", SMALL)
    here = lsp.TextDocumentIdentifier(uri=uri)
    use = lsp.Position(line=9, character=20)

    hover = await client.text_document_hover_async(lsp.HoverParams(text_document=here, position=use))
    assert "Rows that are short." in str(hover.contents)
    defined = await client.text_document_definition_async(lsp.DefinitionParams(text_document=here, position=use))
    places = defined if isinstance(defined, list) else [defined]
    assert [(getattr(one, "range", None) or one.target_selection_range).start.line for one in places] == [5]
    references = await client.text_document_references_async(
        lsp.ReferenceParams(text_document=here, position=use, context=lsp.ReferenceContext(include_declaration=True))
    )
    assert len(references) == 2
    renamed = await client.text_document_rename_async(lsp.RenameParams(text_document=here, position=use, new_name="brief"))
    assert "brief" in str(renamed)
    proposals = await client.text_document_completion_async(lsp.CompletionParams(text_document=here, position=lsp.Position(line=6, character=4)))
    assert "dedup" in {item.label for item in getattr(proposals, "items", proposals)}
    symbols = await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(text_document=here))
    assert {"web", "short", "corpus"} <= {symbol.name for symbol in symbols}
    edits = await client.text_document_formatting_async(
        lsp.DocumentFormattingParams(text_document=here, options=lsp.FormattingOptions(tab_size=2, insert_spaces=True))
    )
    assert not edits
    tokens = await client.text_document_semantic_tokens_full_async(lsp.SemanticTokensParams(text_document=here))
    assert len(tokens.data) > 20
    whole = lsp.Range(start=lsp.Position(line=0, character=0), end=lsp.Position(line=10, character=0))
    assert await client.text_document_inlay_hint_async(lsp.InlayHintParams(text_document=here, range=whole))
    assert await client.text_document_folding_range_async(lsp.FoldingRangeParams(text_document=here))


@pytest.mark.asyncio
async def test_a_fix_is_offered(client: LanguageClient) -> None:
    """A misspelled step is mended by the code action that comes with it."""
    uri = await open_(client, "wrong.synth", SMALL.replace("| where", "| wehre"))
    (wrong,) = [one for one in await found(client, uri) if one.code == "unknown-step"]
    actions = await client.text_document_code_action_async(
        lsp.CodeActionParams(text_document=lsp.TextDocumentIdentifier(uri=uri), range=wrong.range, context=lsp.CodeActionContext(diagnostics=[wrong]))
    )
    assert any("where" in action.title for action in actions)
