from django.urls import URLPattern, URLResolver

app_name = "comptabilite"

urlpatterns: list[URLPattern | URLResolver] = []
