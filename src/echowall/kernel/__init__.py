"""What everything else stands on: clock, errors, audit, scope, personal data, jobs, events, registers, page frame."""
