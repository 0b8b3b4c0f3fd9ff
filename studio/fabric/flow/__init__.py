"""Max-min fair flows over a graph of arrays; knows no design, no catalogue and no collective."""
