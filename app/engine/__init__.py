"""The only threads: the model answers on a thread of its own, and the window hears of it in small batches.

Law: what crosses between the threads is a frozen value, and torch is imported nowhere but on the worker's thread.

    messages   what the window sees besides the events of a turn
    commands   what the port asks of the worker
    reports    what the worker tells the port
    refusal    why something was not done, in a sentence
    library    what the engine needs of a model library
    turn       one turn, saved step by step
    dialogue   the open conversation: its turns, its tree and the path that is shown
    tree       its turns as nodes, without store and model
    memory_path    the memory after a turn, stored or computed again, and always verified
    branch_writer  copies of turns, each written into the memory that the one before it left
    heap       free memory goes back to the system
    journal    the open conversation in the store, as far as the store can be written
    snapshots  the folder of saved memories
    opening    prepares conversations: new, from a saved memory, from the store
    engine     what the commands do; owns the model, the session and the store
    worker     carries out commands on its thread, one after another
    port       the face of the engine on the main thread
    tree_port  its verbs for the tree of turns
    replay     a recorded turn for the inspector, without a model
"""
