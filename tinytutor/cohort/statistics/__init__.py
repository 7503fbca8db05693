"""The statistics that the figures of a cohort rest on. Pure: values in, values out."""
