"""The records of a cohort: Parquet files made from bundles, and questions asked of them."""
