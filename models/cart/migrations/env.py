from models.shared.migrations import run_environment

run_environment()
