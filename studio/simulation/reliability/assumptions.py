"""What the reliability of a job rests on beside the failure rates of the parts.

Each figure has its public source; a design changes rates by overriding `failure_rate` of a part.
"""

from __future__ import annotations

from studio.units import MINUTE_S

SOFTWARE_PER_NODE_YEAR = 95 / 303
"""Interruptions by software, operations and time-outs per node and year: 54 software bugs, 32
unplanned maintenance, 7 collective time-outs, 2 dependencies in 303 node-years. Llama 3,
arXiv 2407.21783, table 5."""
REDUNDANT_SHARE = 1 / 6
"""Failures of redundant supplies and coolers that stop a job: 3 interruptions in 303 node-years of
six supplies at 1 % a year. Llama 3, table 5."""
DETECTION_S = 10 * MINUTE_S
"""Until a fault is found and its node replaced: MegaScale, arXiv 2402.15627, section 4."""
RESTART_S = 5 * MINUTE_S
"""Until the job has started again, states apart; an assumption."""
REPAIR_S = 75 * MINUTE_S
"""Mean time to repair, UB-Mesh, arXiv 2503.20377, section 6."""
STORAGE_BYTE_PER_S_PER_NPU = 2e12 / 16384
"""Sustained storage rate: 2 TB/s for 16,384 accelerators. Llama 3, section 3.3.1."""
CHECKPOINT_BYTE_PER_PARAMETER = 14.0
"""BF16 weight, FP32 master and two FP32 moments."""
