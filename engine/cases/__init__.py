"""The case itself: report, dispatch, return, extend, hold, close."""
