"""The only threads: the model answers on a thread of its own, and the window hears of it in small batches.

Law: what crosses between the threads is a frozen value, and torch is imported nowhere but on the worker's thread.

    messages   what the window sees besides the events of a turn
    commands   what the port asks of the worker
    reports    what the worker tells the port
    refusal    why something was not done, in a sentence
    library    what the engine needs of a model library
    turn       one turn, saved step by step
    journal    the open conversation in the store, as far as the store can be written
    snapshots  the folder of saved memories
    opening    prepares conversations: new, from a saved memory, from the store
    engine     what the commands do; owns the model, the session and the store
    worker     carries out commands on its thread, one after another
    port       the face of the engine on the main thread
    replay     a recorded turn for the inspector, without a model
"""
