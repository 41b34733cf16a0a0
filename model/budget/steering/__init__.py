"""The review of a running programme: rules, proposals, approval, and its words."""
