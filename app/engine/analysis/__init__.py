"""Analyses of finished turns: questions go to a thread of their own, findings come back; recordings need no model."""
