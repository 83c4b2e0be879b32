"""The window: a PySide6 desktop application that sees the model only through `rxt.events` and `app.engine`.

Staircases, top to bottom: main, views, (actions, paint, engine), (store, theme, paths), models. Nothing outside
`app.engine` imports torch.
"""
