"""The picture kept between paints: moved when panned, stretched when zoomed, sharp at rest."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from studio.gui.canvas.pictures import Painted, Pictures
from studio.gui.canvas.sheet import Paint, Sheet
from studio.gui.canvas.viewport import Viewport

_STRETCH_USUAL, _STRETCH_MOST = 2.0, 5.0
"""Beyond the first, a picture at the new magnification is begun; beyond the second, none is waited
for."""
_BAND_S = 0.008
"""How much of a frame a band may take; each is as high as the one before lets expect."""
_FIRST_SHARE, _LEAST_SHARE = 1 / 4, 1 / 8
"""Heights of bands, as shares of a picture."""


@dataclass
class _Coming:
    """A picture painted band by band, a frame each, while an earlier one is shown stretched."""

    area: QRect
    """What will be up to date, in pixels of the sheet."""
    share: float
    """Height of the next band, as a share of the picture."""
    painted: float = 0.0
    """Share of the picture that is done."""

    @property
    def is_done(self) -> bool:
        return self.painted >= 1

    def paint_band(self, sheet: Sheet, paint: Paint) -> None:
        """Paint one band more, and see how high the next one may be."""
        begun = time.thread_time()
        self.painted = min(self.painted + self.share, 1.0)
        area = QRect(self.area)
        area.setHeight(math.ceil(self.area.height() * self.painted))
        sheet.extend(area, paint)
        took_s = max(time.thread_time() - begun, 1e-4)
        # Most is drawn in the middle: from one band to the next the pace may well double.
        wanted = self.share * min(max(_BAND_S / took_s, 0.5), 1.5)
        self.share = min(max(wanted, _LEAST_SHARE), 1.0)


class Backing:
    """A sheet that is shown, another to paint the next one on, and earlier pictures."""

    def __init__(self) -> None:
        self._sheet: Sheet | None = None
        self._spare: Sheet | None = None
        self._coming: _Coming | None = None
        """What is being painted on the spare sheet."""
        self._share = _FIRST_SHARE
        self._sharp_view: Viewport | None = None
        self._what: Painted | None = None
        """What the sharp picture was painted from, None where it is not kept."""
        self._pictures = Pictures()
        self.repainted = 0
        """How often the whole view was drawn; for tests and benchmarks."""

    def clear(self) -> None:
        """Forget the picture, since something it shows has changed."""
        if self._sheet is not None:
            self._sheet.place = None
        self._sharp_view = self._what = None
        self._coming = None

    def forget(self) -> None:
        """Forget earlier pictures too, as when another document is shown."""
        self.clear()
        self._pictures.forget()

    def drop_coming(self) -> None:
        """Forget a picture half painted, since the rest of it would look different."""
        self._coming = None

    def pack(self) -> None:
        """Do what the kept pictures need, when there is time for it."""
        self._pictures.pack()

    def is_sharp(self, view: Viewport) -> bool:
        """Tell whether the kept picture shows a view with everything in it."""
        return self._sharp_view == view

    def show(
        self,
        painter: QPainter,
        view: Viewport,
        ratio: float,
        paint: Paint,
        *,
        sharp: bool,
        what: Painted | None = None,
    ) -> None:
        """Bring a view onto the painter, from the kept picture as far as possible.

        Parameters
        ----------
        what : what the whole picture is painted from; where it was before, it is not painted again.
        """
        sheet = self._provide(view, ratio)
        if not sharp or self._sharp_view == view:
            found = self._moved(sheet, view, paint)
            if found is not None:
                found.draw(painter, view)
                self.stands_for(view, what)
                return
        self._coming = None
        if what is None or not self._bring_back(sheet, view, what):
            # Held unpacked, the picture before would be copied as this one is painted over it.
            self.pack()
            sheet.paint_view(view, paint, sharp=sharp)
            self._sharp_view = view if sharp else None
            self.repainted += 1
            if what is not None:
                self._pictures.keep(what, sheet.image, sheet.middle)
        self._what = what
        sheet.draw(painter, view)

    def stands_for(self, view: Viewport, what: Painted | None) -> None:
        """Take down that the picture of a view, if it is shown sharp, is also one of this."""
        if self._sharp_view == view:
            self._looks_like(what)

    def _looks_like(self, what: Painted | None) -> None:
        """Take down that the picture shown is also that of something else."""
        if what is not None and self._what is not None and what != self._what:
            self._pictures.also(what, self._what)
            self._what = what

    def _provide(self, view: Viewport, ratio: float) -> Sheet:
        if self._sheet is None or not self._sheet.fits(view, ratio):
            self._sheet, self._spare = Sheet(view, ratio), None
            self.clear()
        return self._sheet

    def _moved(self, sheet: Sheet, view: Viewport, paint: Paint) -> Sheet | None:
        """Return the sheet that shows a view as far as while moving, None where that is none."""
        if sheet.place is None:
            return None
        same_scale = sheet.place.scale == view.scale
        return (self._pan if same_scale else self._zoom)(sheet, view, paint)

    def _bring_back(self, sheet: Sheet, view: Viewport, what: Painted) -> bool:
        """Show a picture from before; False where it is not known."""
        if not self._pictures.bring(what, sheet.image, sheet.middle):
            return False
        sheet.lay_around(view)
        sheet.valid = sheet.middle
        self._sharp_view = view
        return True

    def _pan(self, sheet: Sheet, view: Viewport, paint: Paint) -> Sheet | None:
        """Return a sheet that is up to date under the view, None where that takes a repaint."""
        window = sheet.shown(view)
        if sheet.valid.contains(window):
            return sheet
        if not sheet.valid.intersects(window):
            return None
        if not sheet.image.rect().contains(sheet.around(window)):
            self._coming = None
            spare = self._spare_of(sheet, view)
            sheet.move_to(spare, view)
            self._sheet, self._spare = spare, sheet
            sheet, window = spare, spare.middle
        sheet.extend(sheet.around(window).intersected(sheet.image.rect()), paint)
        return sheet

    def _spare_of(self, sheet: Sheet, view: Viewport) -> Sheet:
        if self._spare is None:
            self._spare = Sheet(view, sheet.ratio)
        return self._spare

    def _zoom(self, sheet: Sheet, view: Viewport, paint: Paint) -> Sheet | None:
        """Return the sheet to stretch after painting some of the next, None where none will do."""
        if self._coming is None and _STRETCH_USUAL < _stretch(sheet, view) <= _STRETCH_MOST:
            self._begin(sheet, view)
        if self._coming is not None:
            sheet = self._go_on(self._coming, sheet, view, paint)
        return sheet if _stretch(sheet, view) <= _STRETCH_MOST else None

    def _begin(self, sheet: Sheet, view: Viewport) -> None:
        """Begin a picture of the view; zoomed out of, the next one should reach further."""
        spare = self._spare_of(sheet, view)
        spare.lay_around(view)
        is_outward = sheet.place is not None and view.scale < sheet.place.scale
        area = spare.image.rect() if is_outward else spare.middle
        self._coming = _Coming(area, self._share)

    def _go_on(self, coming: _Coming, sheet: Sheet, view: Viewport, paint: Paint) -> Sheet:
        """Paint a band; return the sheet to show, the next one once it is whole."""
        spare = self._spare_of(sheet, view)
        coming.paint_band(spare, paint)
        if not coming.is_done:
            return sheet
        # The next picture may show much more: none begins with a high band.
        self._coming, self._share = None, min(coming.share, _FIRST_SHARE)
        if _stretch(spare, view) > _stretch(sheet, view):
            return sheet
        self._sheet, self._spare = spare, sheet
        self.repainted += 1
        return spare


def _stretch(sheet: Sheet, view: Viewport) -> float:
    """Return how far a sheet would be stretched or shrunk for a view, at least 1."""
    if sheet.place is None:
        return float("inf")
    factor = view.scale / sheet.place.scale
    return max(factor, 1 / factor)
