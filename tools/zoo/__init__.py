"""Small networks, one for each idea that a user's network may have, and what traces of them hold.

entry    a network and what is expected of it   networks  all of them, by family
capture  what a network computes, by hooks      recorded  a trace as its file has it
check    a trace against both and the simulator bundled   torchvision's own models
table    rows for a terminal and for docs/models.md    folders   temporary ones

The hooks share nothing with peeksim.trace, which they check.
"""
