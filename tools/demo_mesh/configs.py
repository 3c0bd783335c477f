"""The services' configuration files, as small as they can be: everything else is default."""


def controller(folder, ports):
    return f"""\
data_folder: {folder}
mesh:
  bind: tcp://127.0.0.1:{ports['mesh']}
http:
  bind: 127.0.0.1
  port: {ports['http']}
metrics:
  port: {ports['metrics']}
"""


def combiner(name, folder, ports, controller_ports):
    return f"""\
id: {name}
data_folder: {folder}
mesh:
  bind: tcp://127.0.0.1:{ports['mesh']}
  advertise: tcp://127.0.0.1:{ports['mesh']}
controller:
  endpoint: tcp://127.0.0.1:{controller_ports['mesh']}
metrics:
  port: {ports['metrics']}
"""


def client(name, folder, controller_ports, package, max_examples):
    return f"""\
id: {name}
data_folder: {folder}
controller:
  endpoint: tcp://127.0.0.1:{controller_ports['mesh']}
package:
  folder: {package}
max_examples: {max_examples}
"""
