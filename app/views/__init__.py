"""No decisions: widgets that show the models of `app.models` and turn what the user does into signals."""
