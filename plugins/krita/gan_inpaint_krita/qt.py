"""The names of Qt that this plug-in uses, from the Qt of Krita: 5, or 6 since Krita 6."""

from __future__ import annotations

import sys

# Krita has loaded its own binding before any plug-in; importing the other one as well would crash.
if "PyQt6.QtCore" in sys.modules:
    from PyQt6.QtCore import QLocale, QObject, QSize, Qt, QTimer, QUrl, pyqtSignal
    from PyQt6.QtGui import QDesktopServices, QIcon, QImage, QPainter, QPixmap
    from PyQt6.QtNetwork import QHostAddress, QLocalSocket, QNetworkProxy, QTcpSocket
    from PyQt6.QtWidgets import (
        QCheckBox,
        QComboBox,
        QDialog,
        QDialogButtonBox,
        QFormLayout,
        QFrame,
        QGridLayout,
        QHBoxLayout,
        QLabel,
        QMessageBox,
        QProgressBar,
        QProgressDialog,
        QPushButton,
        QScrollArea,
        QSlider,
        QSpinBox,
        QToolButton,
        QVBoxLayout,
        QWidget,
    )
else:
    from PyQt5.QtCore import QLocale, QObject, QSize, Qt, QTimer, QUrl, pyqtSignal
    from PyQt5.QtGui import QDesktopServices, QIcon, QImage, QPainter, QPixmap
    from PyQt5.QtNetwork import QHostAddress, QLocalSocket, QNetworkProxy, QTcpSocket
    from PyQt5.QtWidgets import (
        QCheckBox,
        QComboBox,
        QDialog,
        QDialogButtonBox,
        QFormLayout,
        QFrame,
        QGridLayout,
        QHBoxLayout,
        QLabel,
        QMessageBox,
        QProgressBar,
        QProgressDialog,
        QPushButton,
        QScrollArea,
        QSlider,
        QSpinBox,
        QToolButton,
        QVBoxLayout,
        QWidget,
    )

__all__ = [
    "QCheckBox",
    "QComboBox",
    "QDesktopServices",
    "QDialog",
    "QDialogButtonBox",
    "QFormLayout",
    "QFrame",
    "QGridLayout",
    "QHBoxLayout",
    "QHostAddress",
    "QIcon",
    "QImage",
    "QLabel",
    "QLocalSocket",
    "QLocale",
    "QMessageBox",
    "QNetworkProxy",
    "QObject",
    "QPainter",
    "QPixmap",
    "QProgressBar",
    "QProgressDialog",
    "QPushButton",
    "QScrollArea",
    "QSize",
    "QSlider",
    "QSpinBox",
    "QTcpSocket",
    "QTimer",
    "QToolButton",
    "QUrl",
    "QVBoxLayout",
    "QWidget",
    "Qt",
    "pyqtSignal",
]
