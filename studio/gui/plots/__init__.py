"""The plots: everything that imports pyqtgraph, which costs 0.7 s and therefore comes last."""
