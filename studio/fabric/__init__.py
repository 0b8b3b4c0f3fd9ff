"""A design compiled into arrays: layout, links, routing, flows; knows no file and no AI model."""
