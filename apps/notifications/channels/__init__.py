"""How a notice reads in each medium, and what the other side's answer means. One module for each.

Texts come from people and tickets: nothing in them may call somebody by a mention or become markup.
"""
