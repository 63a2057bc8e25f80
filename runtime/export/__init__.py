"""A trained model for elsewhere: files of other formats, each checked to give the same logits."""
