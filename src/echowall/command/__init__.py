"""Command: one picture. Board and bulletins, made of other apps' queries; owns no facts of its own."""
