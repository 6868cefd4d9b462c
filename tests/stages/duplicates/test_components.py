from __future__ import annotations

import random
from itertools import pairwise

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from tests.stages.frames import rows_of
from winnow.stages.duplicates.components import label_arrays, label_components

Edges = list[tuple[int, int]]
ENDS = (-(2**63), 2**63 - 1)
SCHEMA = "a BIGINT, b BIGINT"


def components(edges: Edges) -> dict[int, int]:
    """The smallest id in the component of each id."""
    found = networkx.connected_components(networkx.Graph(edges))
    return {one: least for component in found for least in [min(component)] for one in component}


@pytest.fixture(scope="module")
def edges() -> Edges:
    """Sparse and dense random graphs, chains, stars, a tree, loops and copies, their ids spread over 64 bits."""
    draw = random.Random(3)

    def ids(size: int) -> list[int]:
        return [draw.randint(*ENDS) for _ in range(size)]

    sparse, dense, lone = ids(400), ids(20), ids(5)
    found = [(draw.choice(sparse), draw.choice(sparse)) for _ in range(220)]
    found += [(draw.choice(dense), draw.choice(dense)) for _ in range(150)]
    found += pairwise(ids(60))  # a chain in random order
    found += pairwise(range(-30, 30))  # and two in random order
    found += pairwise(range(1000, 960, -1))
    hub, *rays = ids(300)
    found += [(hub, ray) for ray in rays]
    found += [(ray, ENDS[0]) for ray in ids(50)] + [(ENDS[1], ray) for ray in ids(50)]
    tree = ids(127)
    found += [(tree[(i - 1) // 2], tree[i]) for i in range(1, 127)]
    found += [(one, one) for one in (*lone, hub, tree[3], 5)]
    found += draw.sample(found, 100) + [(b, a) for a, b in draw.sample(found, 100)]
    draw.shuffle(found)
    return found


@given(
    edges=st.lists(st.tuples(*(st.one_of(st.integers(-5, 9), st.integers(*ENDS), st.sampled_from(ENDS)),) * 2)),
)
@examples(max_examples=200, deadline=None)
def test_the_driver_labels_as_networkx_does(edges: Edges) -> None:
    a, b = np.array(edges, np.int64).reshape(-1, 2).T
    ids, labels = label_arrays(a, b)
    assert dict(zip(ids.tolist(), labels.tolist(), strict=True)) == components(edges)


@pytest.mark.parametrize("max_driver_edges", [10**6, 10])
def test_driver_and_rounds_label_as_networkx_does(spark: SparkSession, edges: Edges, max_driver_edges: int) -> None:
    rows = spark.createDataFrame(edges, SCHEMA).repartition(3).persist()
    labels = label_components(rows, max_driver_edges)
    assert rows_of(labels) == sorted(components(edges).items(), key=repr)
    assert labels.schema.simpleString() == "struct<id:bigint,label:bigint>"
    rows.unpersist()


@pytest.mark.parametrize("max_driver_edges", [0, 5])
def test_no_edge_is_no_row(spark: SparkSession, max_driver_edges: int) -> None:
    assert rows_of(label_components(spark.createDataFrame([], SCHEMA), max_driver_edges)) == []
    only_loop = spark.createDataFrame([(7, 7)], SCHEMA)
    assert rows_of(label_components(only_loop, max_driver_edges)) == [(7, 7)]
