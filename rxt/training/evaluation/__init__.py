"""What a model remembers, measured: conversations are played with its own answers written to memory, and every question
is also asked of memories that cannot know. Nothing of a probe enters the memory it measures."""
