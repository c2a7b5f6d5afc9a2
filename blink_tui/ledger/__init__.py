"""Hand-over of approved documents to accounting programs."""
