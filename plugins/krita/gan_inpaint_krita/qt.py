"""The names of Qt that this plug-in uses, from the Qt of Krita: 5, or 6 since Krita 6."""

from __future__ import annotations

import sys

# Krita has loaded its own binding before any plug-in; importing the other one as well would crash.
if "PyQt6.QtCore" in sys.modules:
    from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal
    from PyQt6.QtGui import QIcon
    from PyQt6.QtNetwork import QHostAddress, QLocalSocket, QNetworkProxy, QTcpSocket
    from PyQt6.QtWidgets import (
        QComboBox,
        QDialog,
        QDialogButtonBox,
        QFormLayout,
        QHBoxLayout,
        QLabel,
        QMessageBox,
        QProgressDialog,
        QSlider,
        QSpinBox,
        QWidget,
    )
else:
    from PyQt5.QtCore import QObject, Qt, QTimer, pyqtSignal
    from PyQt5.QtGui import QIcon
    from PyQt5.QtNetwork import QHostAddress, QLocalSocket, QNetworkProxy, QTcpSocket
    from PyQt5.QtWidgets import (
        QComboBox,
        QDialog,
        QDialogButtonBox,
        QFormLayout,
        QHBoxLayout,
        QLabel,
        QMessageBox,
        QProgressDialog,
        QSlider,
        QSpinBox,
        QWidget,
    )

__all__ = [
    "QComboBox",
    "QDialog",
    "QDialogButtonBox",
    "QFormLayout",
    "QHBoxLayout",
    "QHostAddress",
    "QIcon",
    "QLabel",
    "QLocalSocket",
    "QMessageBox",
    "QNetworkProxy",
    "QObject",
    "QProgressDialog",
    "QSlider",
    "QSpinBox",
    "QTcpSocket",
    "QTimer",
    "QWidget",
    "Qt",
    "pyqtSignal",
]
