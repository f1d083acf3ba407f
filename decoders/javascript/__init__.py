"""Other people's JavaScript codecs, run harmlessly: in killable processes of their own, within limits."""
