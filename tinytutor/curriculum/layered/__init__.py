"""The steps of a layered drawing: levels, order within a level, place, tracks of the edges.

All of them think in two directions only: `across` a level and `along` the flow from level to level.
`tinytutor.curriculum.layout` puts the steps together and turns the result upright or sideways.
"""
