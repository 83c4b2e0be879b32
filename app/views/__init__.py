"""No decisions: widgets that show the models of `app.models` and turn what a person does into signals."""
