"""Objects in stores that speak S3, named `s3://bucket/key`."""
