"""What is asked for about a rule, and what is made of it: its text in TOML, checked as the rulebook checks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from blink_tui.coding.fields import CATALOGUE
from blink_tui.coding.language import ExpressionError, Kind, parse
from blink_tui.coding.language_completing import complete
from blink_tui.coding.shapes import Rule, Scheme
from blink_tui.i18n import _, language
from blink_tui.model.documents import Direction
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.rulebook import OFFICE
from blink_tui.model.text import clean, folded
from blink_tui.tui.widgets.completing import Suggestion, WrongPlaceError
from blink_tui.tui.widgets.form import Field, Texts, yes_no

_ANY = ""
_LONGEST_NAME, _LONGEST_TITLE = 60, 120
_HEAVIEST = 1000
_WORD = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_.-ąćęłńóśźż")
"""Letters of the names of fields, schemes and parameters, in lower case."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule may name: the schemes that there are and the names that are taken."""

    schemes: Mapping[str, Scheme]
    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Named:
    """A name that may be meant by `text[start:end]`."""

    text: str
    start: int
    end: int


def rule_fields(rule: Rule | None, known: Known, whose: Sequence[tuple[str, str]], at: str) -> list[Field]:
    """All of a rule; `whose` are those that it may be for, `at` the usual one of them."""
    directions = [
        (_ANY, _("any")), (Direction.PURCHASE.value, _("purchases")), (Direction.SALE.value, _("sales")),
        (Direction.NONE.value, _("for information")),
    ]  # fmt: skip
    start = rule or Rule(name="", scheme="")
    name = Field("name", _("Name"), _("One word, such as telefony; events name the rule by it."),
                 check=lambda text: checked_name(text, known))  # fmt: skip
    fields = [
        Field("title", _("Title"), _("As it stands under “why”."), start.title, check=_checked_title),
        Field("direction", _("Direction"), start=start.direction.value if start.direction else _ANY,
              choices=directions),
        Field("condition", _("Condition"),
              _("Empty: always. Example: {example}").format(example=_example()), start.condition,
              check=checked_condition, complete=complete_condition),
        Field("scheme", _("Scheme"), _("How such a document is posted."), start.scheme,
              check=lambda text: checked_scheme(text, known), complete=_completing(sorted(known.schemes))),
        Field("parameters", _("Parameters"), _("In the place of the scheme's own, such as account=402-1, share=50%."),
              parameters_text(start.parameters), check=checked_parameters,
              complete=_completing(_parameter_names(known))),
        yes_no("automatic", _("Codes by itself"), start=start.automatic,
               hint=_("Within the bounds of the law of this program, and never approves.")),
        Field("weight", _("Weight"), _("Among rules of the same precedence the heavier one wins."),
              str(start.weight), check=checked_weight),
    ]  # fmt: skip
    if len(whose) > 1:
        fields.append(Field("whose", _("For"), start=at, choices=whose))
    return fields if rule is not None else [name, *fields]


def _example() -> str:
    if language() == "pl":
        return 'sprzedawca.nip = "5265877635" i jest(wiersz.nazwa ~ "abonament")'
    return 'seller.nip = "5265877635" and any(line.name ~ "abonament")'


def rule_of(texts: Texts, rule: Rule | None) -> Rule:
    """The rule that was filled in. Raises BlinkError (usage)."""
    return Rule(
        name=rule.name if rule is not None else texts["name"].strip(),
        title=texts["title"].strip(),
        direction=Direction(texts["direction"]) if texts["direction"] else None,
        condition=texts["condition"].strip(),
        scheme=texts["scheme"].strip(),
        parameters=checked_parameters(texts["parameters"]),
        automatic=texts["automatic"] == "yes",
        weight=checked_weight(texts["weight"]),
    )


def owner_of(texts: Texts, firm_id: int) -> int:
    """Whose rulebook it goes into: where there was a choice the chosen one's, else that of the window."""
    return int(texts["whose"]) if "whose" in texts else firm_id


def whose_choices(firm_id: int, firm_name: str) -> list[tuple[str, str]]:
    """For whom a rule may be: the office alone, or the firm and the office."""
    office = (str(OFFICE), _("the whole office"))
    return [office] if firm_id == OFFICE else [(str(firm_id), clean(firm_name)), office]


# Checks


def _wrong(problem: str) -> BlinkError:
    return BlinkError(USAGE, problem=problem)


def checked_name(text: str, known: Known) -> str:
    """A name that no rule has yet."""
    name = text.strip()
    if not name or len(name) > _LONGEST_NAME or not _WORD.issuperset(name.lower()):
        raise _wrong(_("A name is one word of letters, digits, hyphens, at most {most} of them.").format(
            most=_LONGEST_NAME))  # fmt: skip
    if name in known.rules:
        raise _wrong(_("There is a rule called {name} already.").format(name=name))
    return name


def _checked_title(text: str) -> str:
    if len(text.strip()) > _LONGEST_TITLE:
        raise _wrong(_("At most {most} characters.").format(most=_LONGEST_TITLE))
    return text.strip()


def checked_condition(text: str) -> str:
    """A condition that can be understood. Raises WrongPlaceError with the place."""
    if not text.strip():
        return ""
    try:
        parse(text, wanted=Kind.FLAG, names=CATALOGUE)
    except ExpressionError as error:
        wrong = clean(text[error.start : error.end])
        sentence = str(error)
        problem = _("At “{wrong}”: {sentence}").format(wrong=wrong, sentence=sentence) if wrong else sentence
        raise WrongPlaceError(problem, error.start, error.end) from None
    return text


def checked_scheme(text: str, known: Known) -> str:
    """The name of a scheme that there is."""
    name = text.strip()
    if name not in known.schemes:
        near = [one for one in sorted(known.schemes) if folded(one).startswith(folded(name))]
        told = ", ".join(near or sorted(known.schemes))
        raise _wrong(_("There is no scheme {name}; there are: {known}").format(name=clean(name), known=told))
    return name


def checked_parameters(text: str) -> dict[str, str]:
    """`account=402-1, share=50%` by their names."""
    found = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, equals, value = (one.strip() for one in part.partition("="))
        if not (equals and name):
            start = text.index(part)
            problem = _("A parameter is given as name=value; this is not: {text}").format(text=clean(part))
            raise WrongPlaceError(problem, start, start + len(part))
        found[name] = value
    return found


def parameters_text(parameters: Mapping[str, str]) -> str:
    """Parameters as they are typed."""
    return ", ".join(f"{name}={value}" for name, value in parameters.items())


def checked_weight(text: str) -> int:
    """A whole number."""
    bare = text.strip() or "0"
    if not bare.removeprefix("-").isdecimal() or abs(int(bare)) > _HEAVIEST:
        problem = _("A weight is a whole number from -{most} to {most}.").format(most=_HEAVIEST)
        raise _wrong(problem)
    return int(bare)


# Completion


def _word_before(text: str, position: int) -> int:
    """Where the name that ends at the cursor begins."""
    start = position
    while start > 0 and text[start - 1].lower() in _WORD:
        start -= 1
    return start


def complete_condition(text: str, position: int) -> Sequence[Suggestion]:
    """Fields, functions, keys and words that go on with what is begun before the cursor."""
    return tuple(
        one
        for one in complete(text, position, CATALOGUE)
        if one.start < position and folded(text[one.start : position]) != folded(one.text)
    )


def _completing(names: Sequence[str]) -> Callable[[str, int], Sequence[Named]]:
    def completed(text: str, position: int) -> Sequence[Named]:
        start = _word_before(text, position)
        word = folded(text[start:position])
        if not word:
            return ()
        return [
            Named(name, start, position)
            for name in names
            if folded(name).startswith(word) and folded(name).rstrip("=") != word
        ]

    return completed


def _parameter_names(known: Known) -> list[str]:
    return sorted({f"{name}=" for scheme in known.schemes.values() for name in scheme.parameters})
