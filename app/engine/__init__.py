"""The only threads: the model answers on a thread of its own, and the window hears of it in small batches.

Law: what crosses between the threads is a frozen value. The model, and torch with it, is touched on the threads of the
worker and of the analyst alone; the window's thread imports neither. Faces of the engine there are the ports: `port`,
`tree_port`, `chat_port`, `memory_port`, `hub_port` and `analysis.port`.
"""
