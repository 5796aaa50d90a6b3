"""The conversation on LINE: what its Messaging API brings is kept, answered, and told back."""
