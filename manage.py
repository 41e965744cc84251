#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

from apps.core.supervisor import web_socket

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "resolutionflow.settings")
    if sys.argv[1:2] == ["dev"]:
        web_socket()  # taken before anything is started
    if sys.argv[1:2] == ["worker"]:
        os.environ.pop("RF_DATABASE_POOL", None)  # a pool does not outlive the forks of the cluster
    execute_from_command_line(sys.argv)
