"""Which editor shows a field of the inspector; a new kind of field is a new row in the table."""

from __future__ import annotations

from collections.abc import Mapping

from studio.gui.views.inspector_fields import Editor
from studio.gui.widgets.choice_editors import ChoiceEditor, ColourEditor
from studio.gui.widgets.field_editor import FieldEditor
from studio.gui.widgets.number_editor import NumberEditor
from studio.gui.widgets.text_editors import FixedEditor, LongTextEditor, TextEditor

EDITORS: Mapping[Editor, type[FieldEditor]] = {
    "quantity": NumberEditor,
    "count": NumberEditor,
    "text": TextEditor,
    "long_text": LongTextEditor,
    "choice": ChoiceEditor,
    "colour": ColourEditor,
    "fixed": FixedEditor,
}
