"""The same analysis on Apache Spark, with the same answers; needs the extra `spark`."""

from dedup.spark.analysis import DRIVER_BYTES, SPARK_PARTS, SparkAnalysis, analyze
from dedup.spark.tables import ORDER

__all__ = ["DRIVER_BYTES", "ORDER", "SPARK_PARTS", "SparkAnalysis", "analyze"]
