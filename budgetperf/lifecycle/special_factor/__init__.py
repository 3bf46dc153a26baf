"""Special-factor claims (特殊因素申请): a cost only one unit has, told with documents before it is judged."""
