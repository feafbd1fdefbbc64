"""The same analysis on Apache Spark, with the same answers; needs the extra `spark`."""

from dedup.spark.analysis import DRIVER_BYTES, SparkAnalysis, analyze
from dedup.spark.tables import ORDER

__all__ = ["DRIVER_BYTES", "ORDER", "SparkAnalysis", "analyze"]
