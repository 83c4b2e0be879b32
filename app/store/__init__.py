"""The only database: conversations, their turns and their memories, in one SQLite file.

Law: no Qt and no torch. What was said and the memory it left are committed in one transaction, so they never
disagree; a memory is stored under the SHA-256 of its bytes and checked against it whenever it is read; rows are
ordered by id, never by a clock. A store belongs to one thread at a time.

One process has a data folder: app/instance.py holds a lock there. Where no lock can be made and two have it, the later
start writes, and the earlier one says so and writes no more; nothing that either has saved is lost.

    schema              the tables, and the steps from one version to the next
    database            opens the file: rights, damage, versions; backup copies it, salvage rescues what can be read
    database_file       its address, and whether it still lies where it was opened
    statements          rows and transactions; every error is a sentence
    records             the nouns that are stored: Conversation, Turn, Node
    turn_codec          a TurnRecord as columns and arrays, and back, bit by bit
    conversation_rows   the table of conversations
    tree, turn_writer   reads and writes turns; keyframes stores memories, search finds words
    path_reader         a path of turns for another thread, by a connection of its own
    trash               when conversations were deleted, and their erasure after a time
    conversation_store  the verbs: create, begin_turn, reply, remember, path, memory, search, rename, …
"""
