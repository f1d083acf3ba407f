"""What `decoder test` runs, and how it is told."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from cli.kit import Kit
from cli.options import Context
from cli.output import print_json, say
from cli.texts import text
from decoders import catalogue, conformance
from decoders.conformance import Finding
from decoders.library import Known, Origin, Problem, proofs
from smartregion.model import Profile


@dataclass(frozen=True, slots=True)
class Tested:
    """One decoder, and all that is wrong with it."""

    name: str
    origin: str
    place: str
    vectors: tuple[str, ...]
    """Names of its vectors, in their order."""
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def tested_all(kit: Kit, name: str) -> list[Tested]:
    """Test every decoder, or those that may read one brand and model, also such as are not let in yet."""
    return [_tested(kit, each) for each in _chosen(kit, name)]


def _chosen(kit: Kit, name: str) -> Iterator[Known | Problem]:
    brand, _, model = name.lower().partition("/")
    for each in (*kit.folder.candidates(), *_others(kit)):
        if isinstance(each, Problem):
            # A file that can't be read may be any device's; its name tells which it was to be.
            if not name or f"{brand}_{model}".replace("-", "_") in each.place:
                yield each
        elif not name or catalogue.choose(catalogue.by_profile([each.decoder]), Profile(brand, model)):
            yield each


def _others(kit: Kit) -> Iterator[Known | Problem]:
    yield from (each for each in kit.library.all() if each.origin is not Origin.FOLDER)
    yield from (each for each in kit.library.problems if not each.place.endswith((".py", ".yaml")))


def _tested(kit: Kit, each: Known | Problem) -> Tested:
    if isinstance(each, Problem):
        return Tested(each.place, "", each.place, (), (Finding("catalogue", "", each.words),))
    if each.origin is Origin.INSTALLED:
        names = kit.codecs.proofs(each)
        return Tested(each.label, each.origin.value, each.place, names, tuple(kit.codecs.faults(each)))
    vectors = proofs(each)
    names = tuple(vector.name for vector in vectors)
    return Tested(each.label, each.origin.value, each.place, names, tuple(conformance.faults(each.decoder, vectors)))


def report(where: Context, tested: Sequence[Tested]) -> None:
    """Print what came of it: a line for each vector of what fails, a line for what passes."""
    if where.json:
        print_json([{**asdict(each), "passed": each.passed} for each in tested])
        return
    for each in tested:
        if each.passed:
            say(f"✓ {each.name}: {text('proved', where.language).format(len(each.vectors))}")
        else:
            _tell_faults(where, each)
    passed = sum(each.passed for each in tested)
    say(text("tested", where.language).format(passed=passed, all=len(tested)))


def _tell_faults(where: Context, each: Tested) -> None:
    language = where.language
    place = f" ({each.place})" if each.place not in ("", each.name) else ""
    say(f"✗ {each.name}{place}")
    failing = {finding.vector for finding in each.findings}
    for name in each.vectors:
        if name not in failing:
            say(f"    ✓ {name}")
    for finding in each.findings:
        check = text(f"check_{finding.check}", language)
        head = f"{finding.vector}: " if finding.vector else ""
        say(f"    ✗ {head}{check}" + ("" if finding.differences else f": {finding.words}"))
        for wanted, got in finding.differences:
            say(f"        {text('wanted', language):8} {wanted or '—'}")
            say(f"        {text('got', language):8} {got or '—'}")
