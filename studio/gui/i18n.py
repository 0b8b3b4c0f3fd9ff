"""English and Chinese: the English text is the key, `resources/translations/` holds the rest.

The chosen language lives in the application's installed translator, so that widgets hear of a
switch by Qt's own LanguageChange event and no state is kept here.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from studio.gui.guard import guarded
from studio.languages import LANGUAGE_NAMES, LANGUAGES, Language, load_entries
from studio.messages import Listed, Message, Name, translate

__all__ = [
    "LANGUAGES",
    "LANGUAGE_NAMES",
    "Language",
    "Languages",
    "chosen_language",
    "mark",
    "named",
    "tr",
]

_CONTEXT = "studio"
_PROPERTY = "studio_language"


def tr(text: str) -> str:
    """Return `text` in the language of the window; the text itself where there is no entry.

    A text from below the window is translated with the values it was made of.
    """
    if isinstance(text, (Message, Listed, Name)):
        return translate(text, _find) if current_language() == "zh" else str(text)
    return _find(text)


def _find(text: str) -> str:
    return QCoreApplication.translate(_CONTEXT, text)


def mark(text: str) -> str:
    """Return `text` as it is; marks a literal of a table that is translated when shown."""
    return text


def named(thing: object, language: str) -> str:
    """Return the name of a part, plane, scenario or design in a language."""
    chinese = getattr(thing, "name_zh", "") if language == "zh" else ""
    return str(chinese or getattr(thing, "name", ""))


def current_language() -> Language:
    """Return the language the application shows now."""
    app = QCoreApplication.instance()
    return "zh" if app is not None and app.property(_PROPERTY) == "zh" else "en"


def chosen_language(choice: str) -> Language:
    """Return the language a setting or an argument means now; `system` follows the desktop."""
    if choice == "system":
        return system_language()
    return "zh" if choice == "zh" else "en"


def system_language() -> Language:
    """Return the language the desktop is set to, English where it is not one of ours."""
    return "zh" if QLocale.system().language() == QLocale.Language.Chinese else "en"


@guarded
class TableTranslator(QTranslator):
    """Answers Qt's look-ups from a table."""

    def __init__(self, entries: Mapping[str, str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries = entries

    def isEmpty(self) -> bool:
        return not self._entries

    def translate(
        self,
        context: bytes | str,
        sourceText: bytes | str,  # noqa: N803 - Qt's name
        disambiguation: bytes | str | None = None,
        n: int = -1,
    ) -> str:
        del context, disambiguation, n
        text = sourceText.decode() if isinstance(sourceText, bytes) else sourceText
        # Only None makes Qt ask the next translator or fall back to the text itself.
        return self._entries.get(text)  # type: ignore[return-value]


class Languages(QObject):
    """Installs the translators of one language at a time."""

    def use(self, language: Language) -> None:
        """Switch the whole application; every widget gets a LanguageChange event."""
        app = QCoreApplication.instance()
        if app is None:
            return
        # Those of an earlier window too, where one process opens several.
        for translator in app.findChildren(QTranslator):
            QCoreApplication.removeTranslator(translator)
            translator.deleteLater()
        app.setProperty(_PROPERTY, language)
        if language == "en":
            return
        of_qt = QTranslator(app)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if of_qt.load("qtbase_zh_CN", folder):
            QCoreApplication.installTranslator(of_qt)
        QCoreApplication.installTranslator(TableTranslator(load_entries(language), app))
