"""Names for the identifiers that cross package borders; holds no behaviour.

All are plain strings: readable in files, stable under editing.
"""

from __future__ import annotations

from typing import NewType

PartId = NewType("PartId", str)
AssemblyId = NewType("AssemblyId", str)
RackId = NewType("RackId", str)
PlaneId = NewType("PlaneId", str)
RuleId = NewType("RuleId", str)
ScenarioId = NewType("ScenarioId", str)
WorkloadId = NewType("WorkloadId", str)

Address = NewType("Address", str)
"""Place of a component in a design: `R03/N2/npu[5]`, or of a link: `rule:ub-uplinks[12]`."""
