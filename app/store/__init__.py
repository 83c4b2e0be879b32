"""The only database: conversations, their turns and their memories, in one SQLite file.

Law: no Qt and no torch. What was said and the memory it left are committed in one transaction, so they never
disagree; a memory is stored under the SHA-256 of its bytes and checked against it whenever it is read; rows are
ordered by id, never by a clock. A store belongs to one thread at a time.

    database            opens the file: rights, damage, versions, schema
    records             the nouns that are stored: Conversation, Turn
    turn_codec          a TurnRecord as columns and arrays, and back, bit by bit
    conversation_store  the verbs: create, begin_turn, reply, remember, fail, turns, memory, rename, delete, …
"""
