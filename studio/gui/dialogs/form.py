"""The shape of a dialog that asks: rows of a text and a field, and the buttons that answer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

StandardButton = QDialogButtonBox.StandardButton


def lay_out_form(
    dialog: QDialog,
    rows: Sequence[tuple[str, QWidget]],
    *,
    answer: StandardButton = StandardButton.Ok,
    beneath: Sequence[QWidget] = (),
    width_px: int = 420,
) -> QDialogButtonBox:
    """Fill a dialog; returns its buttons, of which `answer` accepts and Cancel rejects.

    Parameters
    ----------
    rows : a text and the field it names, to the eye and to a screen reader.
    beneath : what stands between the rows and the buttons.
    """
    form = QFormLayout()
    for text, field in rows:
        form.addRow(text, field)
        field.setAccessibleName(text)
    buttons = QDialogButtonBox(answer | StandardButton.Cancel)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    layout = QVBoxLayout(dialog)
    layout.addLayout(form)
    for widget in (*beneath, buttons):
        layout.addWidget(widget)
    dialog.setMinimumWidth(width_px)
    return buttons
